"""The benchmarks: `python -m bench [NAME …]`, or `make bench ONLY=name`.

Every ratio is taken in one run, on one machine, against a peer or a limit that is measured beside it.
Nothing is written but `var/bench` and `bench/results.json`, and all traffic stays on this machine.
"""
