"""Benchmarks, run by `script/bench NAME`. Each has a module with `run(*, quick) -> Report`; see `bench.__main__`."""
