"""An application of the kind of LNNI: a neural network of tens of megabytes, and images that it classifies one by one.

What a process must do before its first inference is real: unpack the file of weights, which are small integers, scale them, and
normalise each layer by its spectral norm.
"""

import io
import zlib

import numpy as np

from apps.counting import spent

WIDTH, LAYERS, CLASSES = 1024, 12, 10


def make_file(path, seed=11, width=WIDTH, layers=LAYERS):
    """Write the weights of a network: a compressed file of `layers` layers of `width` times `width`."""
    rng = np.random.default_rng(seed)
    shapes = [(width, width)] * (layers - 1) + [(CLASSES, width)]
    held = io.BytesIO()
    np.savez(held, *(np.clip(rng.normal(0.0, 24.0, shape), -127, 127).astype(np.int8) for shape in shapes))
    with open(path, "wb") as file:
        file.write(zlib.compress(held.getvalue(), 6))


class Network:
    """Layers that are ready for use."""

    def __init__(self, layers):
        self.layers = layers

    @property
    def size(self):
        """Bytes of the weights."""
        return sum(layer.nbytes for layer in self.layers)

    def classify(self, image):
        """The class of one image, float32 of the network's width."""
        signal = image
        for layer in self.layers[:-1]:
            signal = signal + np.maximum(layer @ signal, 0.0)
            signal /= np.abs(signal).max()
        return int((self.layers[-1] @ signal).argmax())


def load(path):
    """The network of a file. A process that loads one leaves a line."""
    with spent("load"):
        with open(path, "rb") as file:
            held = np.load(io.BytesIO(zlib.decompress(file.read())))
        network = Network([_normalised(held[name].astype(np.float32)) for name in held.files])
    return network


def load_context(path):
    """What `load_variable_from_library` gives to calls: the network under the name "network"."""
    return {"network": load(path)}


def images(call, count, width=WIDTH):
    """The images of one call; the same wherever they are made."""
    return np.random.default_rng((5, call)).normal(0.0, 1.0, (count, width)).astype(np.float32)


def infer(network, call, count):
    """The classes of the images of one call."""
    with spent("infer"):
        classes = [network.classify(image) for image in images(call, count, network.layers[0].shape[1])]
    return classes


def infer_loading(path, call, count):
    """The same, by a function that has nothing but its arguments."""
    return infer(load(path), call, count)


def infer_with_context(call, count):
    """The same, in a library that was set up by `load_context`."""
    from daskvine import load_variable_from_library

    return infer(load_variable_from_library("network"), call, count)


def _normalised(layer):
    return layer / np.linalg.norm(layer, 2)
