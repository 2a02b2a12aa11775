"""10,000 values that a client asks for: what it costs that they come as Arrow.

    PYTHONPATH=interop/python /usr/bin/python3 bench/requested.py [--repeat 5] [--output bench/results/requested.md]

`one` asks for the sum of 10,000 no-op tasks, `all` for the value of each; `dask.get` is Dask's own loop, asked for all. `decode rows` is what
the client does with the Arrow streams of 10,000 values in batches of 512, `decode pickles` what it would do with as many pickles.
"""

import pickle
import time

import measure

COUNT = 10_000
BATCH = 512
KINDS = ("float", "int", "str")
CASES = ("dask.get", "one", "all", "decode rows", "decode pickles")


def made(kind, number):
    return {"float": float, "int": int, "str": str}[kind](number)


def graph_of(kind, name):
    return {(name, i): (made, kind, i) for i in range(COUNT)}


def time_get(case, kind):
    """Seconds of a graph on a cluster that is warm, best of three."""
    if case == "dask.get":
        import dask

        return _best(lambda name: dask.get(graph_of(kind, name), [(name, i) for i in range(COUNT)]))
    from daskvine import DaskVine

    with DaskVine(progress=False) as vine:
        vine.get(graph_of(kind, "warm"), [("warm", i) for i in range(COUNT)])
        if case == "all":
            return _best(lambda name: vine.get(graph_of(kind, name), [(name, i) for i in range(COUNT)]))
        return _best(lambda name: vine.get({**graph_of(kind, name), name: (len, [(name, i) for i in range(COUNT)])}, name))


def time_decoding(case, kind):
    from daskvine import arrow, values
    from daskvine.rows import decoded, rows_of

    every = [made(kind, i) for i in range(COUNT)]
    if case == "decode rows":
        streams = [arrow.write_scalars(every[at:at + BATCH]) for at in range(0, COUNT, BATCH)]
        return _best(lambda name: [decoded(row) for stream in streams for row in rows_of(stream)])
    pickles = [pickle.dumps(value, 5) for value in every]
    return _best(lambda name: [values.decode(each) for each in pickles])


def _best(run):
    times = []
    for turn in range(3):
        began = time.perf_counter()
        run(f"turn-{turn}")
        times.append(time.perf_counter() - began)
    return min(times)


def report(samples, repeat):
    seconds = {case: measure.median(found, "seconds") for case, found in samples.items()}
    rows = [[kind, *[f"{seconds[case, kind] * 1e3:.1f}" for case in CASES],
             f"{seconds['all', kind] / seconds['one', kind]:.2f}", f"{seconds['all', kind] / seconds['dask.get', kind]:.2f}",
             f"{seconds['decode rows', kind] / seconds['decode pickles', kind]:.2f}"] for kind in KINDS]
    header = ["ms", *CASES, "all / one", "all / dask.get", "rows / pickles"]
    return [*measure.heading("10,000 requested values", repeat), *measure.table(header, rows)]


def main():
    options = measure.parse(__doc__, repeat=5)
    if options.measure:
        case, kind = options.measure
        measure.tell({"seconds": (time_decoding if case.startswith("decode") else time_get)(case, kind)})
        return
    samples = measure.in_turns([(case, kind) for case in CASES for kind in KINDS], options.repeat)
    measure.finish(report(samples, options.repeat), options.output)


if __name__ == "__main__":
    main()
