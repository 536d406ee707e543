"""How a network is run by onnxruntime beside other processes on the same processors."""

from __future__ import annotations

import onnxruntime as ort


def session_options(threads: int = 1) -> ort.SessionOptions:
    """For a network that runs in the thread that calls it; threads that help do not spin while they wait, as that would
    take a processor from the other processes."""
    options = ort.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    options.log_severity_level = 3
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return options
