"""Benchmarks: each module has `run(*, quick) -> Report` and is started by `script/bench NAME`."""
