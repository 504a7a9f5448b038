"""`/metrics` for Prometheus: what the processes on this machine count, and the state of the site.

Every process keeps values of its own and listens on a port of the loopback interface, which a file in the data
directory names (`processes`). Whichever process is asked collects those of all of them and labels them by process, so
that sums over processes are right also after one was restarted
(docs/decisions/0035-every-process-exposes-its-own-metrics.md).
"""
