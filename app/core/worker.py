"""Where operators' commands find the worker: `--worker-class app.core.worker.Worker`."""

from app.core.serving.worker import Worker

__all__ = ["Worker"]
