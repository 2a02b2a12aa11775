"""Values: what comes back is what went in, writable and private, and large buffers are not joined on the way."""

import os
import pathlib
import pickle
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

PACKAGES = str(pathlib.Path(__file__).resolve().parents[2] / "interop" / "python")
sys.path.insert(0, PACKAGES)

from daskvine import values  # noqa: E402

LARGE = 100_000


def through_file(value, directory):
    path = os.path.join(directory, "value")
    encoded = values.encode(value)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT)
    values.write(descriptor, encoded)
    os.close(descriptor)
    assert os.path.getsize(path) == len(encoded)
    return values.load_file(path)


@pytest.fixture(params=["inline", "file", "mapped"])
def travel(request, tmp_path, monkeypatch):
    """A way to the consumer: decode, a file that is read, a file that is mapped."""
    if request.param == "inline":
        return lambda value: values.decode(values.dumps(value))
    monkeypatch.setattr(values, "MAPPED", 1 if request.param == "mapped" else 1 << 60)
    return lambda value: through_file(value, tmp_path)


@pytest.mark.parametrize("value", [
    None, True, 5, 1.5, 2j, "text", "\ud800", b"", bytes(LARGE), bytearray(b"x" * LARGE), [1, [2]], {"a": (1, None)},
    {1, 2}, "x" * LARGE], ids=lambda value: f"{type(value).__name__}-{str(value)[:4]!a}")
def test_value_plain_travels_unchanged(travel, value):
    result = travel(value)
    assert result == value and type(result) is type(value)


@pytest.mark.parametrize("array", [
    np.arange(LARGE), np.array(5.0), np.empty((0, 3)), np.arange(LARGE)[::2], np.arange(LARGE).reshape(100, -1).T,
    np.asfortranarray(np.arange(float(LARGE)).reshape(100, -1)), np.arange(3), np.array([1, "a", None], dtype=object),
    np.broadcast_to(np.arange(1000), (100, 1000)), np.zeros(LARGE, dtype=">i2")],
    ids=["large", "0d", "empty", "strided", "transposed", "fortran", "small", "object", "broadcast", "big-endian"])
def test_array_any_layout_comes_back_equal_and_writable(travel, array):
    result = travel(array)
    assert result.dtype == array.dtype and result.shape == array.shape
    assert np.array_equal(result, array)
    assert result.flags.f_contiguous or not array.flags.f_contiguous
    if result.size:
        result[...] = result.flat[0]


def test_array_readonly_keeps_its_flag(travel):
    array = np.arange(LARGE)
    array.flags.writeable = False
    assert not travel(array).flags.writeable


def test_frame_travels_unchanged(travel):
    frame = pd.DataFrame({"a": np.arange(LARGE), "b": np.arange(LARGE) / 3, "c": ["x"] * LARGE})
    pd.testing.assert_frame_equal(travel(frame), frame)


def test_mapped_written_leaves_file_and_other_readers_unchanged(tmp_path, monkeypatch):
    monkeypatch.setattr(values, "MAPPED", 1)
    first = through_file(np.zeros(LARGE), tmp_path)
    first += 1
    assert values.load_file(tmp_path / "value").sum() == 0
    assert first.sum() == LARGE


def test_mapped_value_dropped_leaves_no_mapping_or_descriptor(tmp_path, monkeypatch):
    monkeypatch.setattr(values, "MAPPED", 1)
    before = len(os.listdir("/proc/self/fd"))
    part = through_file(np.zeros(LARGE), tmp_path)[10:20]
    maps = pathlib.Path("/proc/self/maps")
    assert str(tmp_path) in maps.read_text()
    assert len(os.listdir("/proc/self/fd")) == before
    assert part.sum() == 0
    del part
    assert str(tmp_path) not in maps.read_text()


def test_file_mapping_refused_is_read(tmp_path, monkeypatch):
    monkeypatch.setattr(values, "MAPPED", 1)
    monkeypatch.setattr(values, "_map_privately", lambda descriptor, size: None)
    assert through_file(np.ones(LARGE), tmp_path).sum() == LARGE


def test_decode_writing_leaves_data_unchanged():
    data = values.dumps(np.zeros(LARGE))
    result = values.decode(data)
    result += 1
    assert values.decode(data).sum() == 0


def test_loads_shares_the_memory_it_was_given():
    data = bytearray(values.dumps(np.zeros(LARGE)))
    values.loads(data)[0] = 1
    assert values.loads(data)[0] == 1
    assert not values.loads(bytes(data)).flags.writeable


def test_encode_large_refers_to_the_callers_memory():
    array = np.zeros(LARGE)
    encoded = values.encode(array)
    array[0] = 7
    assert values.decode(bytes(encoded))[0] == 7
    assert len(encoded) == len(bytes(encoded))


def test_container_parts_start_at_multiples_of_64():
    arrays = [np.full(20_001 + n, n, dtype=np.uint8) for n in range(3)]
    data = values.dumps(arrays)
    assert data[:4] == b"DVP5" and int.from_bytes(data[4:8], "little") == 3
    for array in arrays[1:]:
        assert data.find(array.tobytes()) % 64 == 0


def test_write_more_buffers_than_one_call_takes_writes_all(tmp_path):
    arrays = [np.full(values.OUT_OF_BAND, n % 251, dtype=np.uint8) for n in range(1500)]
    result = through_file(arrays, tmp_path)
    assert all(np.array_equal(a, b) for a, b in zip(arrays, result))


def test_write_pipe_takes_parts_writes_all():
    encoded = values.encode(np.arange(LARGE))
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        values.write(writing, encoded)
        os._exit(0)
    os.close(writing)
    with open(reading, "rb") as pipe:
        assert pipe.read() == bytes(encoded)
    os.waitpid(child, 0)


@pytest.mark.parametrize("damage", [
    lambda data: data[:10], lambda data: data[:-1], lambda data: b"XXXX" + data[4:],
    lambda data: data[:4] + b"\xff" * 4 + data[8:], lambda data: data[:8] + b"\xff" * 8 + data[16:]],
    ids=["head", "tail", "magic", "count", "length"])
def test_decode_damaged_container_raises_value_error(damage):
    with pytest.raises(ValueError):
        values.decode(damage(values.dumps(np.zeros(LARGE))))


def test_decode_empty_buffer_of_another_writer_is_accepted():
    pickled = pickle.dumps([pickle.PickleBuffer(b"")], 5, buffer_callback=lambda buffer: False)
    assert bytes(values.decode(bytes(values._container(pickled, [memoryview(b"")])))[0]) == b""


def test_encode_lambda_uses_cloudpickle():
    assert values.decode(values.dumps(lambda: 5))() == 5


def test_encode_lock_raises_the_reason():
    import threading
    with pytest.raises(TypeError, match="lock"):
        values.encode(threading.Lock())


def test_encode_class_of_main_loads_in_another_process():
    script = ("import sys\nfrom daskvine import values\nclass Point:\n    x = 7\n"
              "sys.stdout.buffer.write(values.dumps([Point(), Point]))")
    data = subprocess.run([sys.executable, "-c", script], env={**os.environ, "PYTHONPATH": PACKAGES},
                          stdout=subprocess.PIPE, check=True).stdout
    instance, kind = values.decode(data)
    assert instance.x == 7 and type(instance) is kind


def test_encode_module_registered_by_value_loads_without_it():
    script = ("import sys, types\nimport cloudpickle\nfrom daskvine import values\n"
              "module = types.ModuleType('absent_module')\nsys.modules['absent_module'] = module\n"
              "exec('class Point:\\n    x = 7', module.__dict__)\ncloudpickle.register_pickle_by_value(module)\n"
              "sys.stdout.buffer.write(values.dumps(module.Point()))")
    data = subprocess.run([sys.executable, "-c", script], env={**os.environ, "PYTHONPATH": PACKAGES},
                          stdout=subprocess.PIPE, check=True).stdout
    assert values.decode(data).x == 7


def test_import_values_brings_neither_dask_nor_zmq():
    script = ("import sys\nimport daskvine.values, daskvine.host.library\n"
              "print([name for name in ('dask', 'zmq', 'numpy') if name in sys.modules])")
    done = subprocess.run([sys.executable, "-c", script], env={**os.environ, "PYTHONPATH": PACKAGES},
                          stdout=subprocess.PIPE, check=True, text=True)
    assert done.stdout.strip() == "[]"
