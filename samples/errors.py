"""What goes wrong here, said in one sentence."""


class SampleError(Exception):
    """Something a caller can put right; the message says what, where and how."""
