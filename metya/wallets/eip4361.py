"""siwe, imported without the warnings that its grammar, which is never used here, gives at import."""

import warnings

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from siwe import ISO8601Datetime, SiweMessage

__all__ = ["ISO8601Datetime", "SiweMessage"]
