"""Queries in processes that can be killed: the engine itself can be neither timed nor stopped.

The parts are imported from their modules: a worker that begins needs nothing of the pool's.
"""
