"""pydantic's validator. Its package also imports the types of its schemas, which takes five times as long.

Only pydantic's compiler looks at those types, and when it is imported, it imports the whole package.
"""

from __future__ import annotations

import sys
from importlib.util import find_spec, module_from_spec
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pydantic_core import PydanticCustomError, PydanticKnownError, SchemaValidator, ValidationError

__all__ = ["EXTENSION", "PydanticCustomError", "PydanticKnownError", "SchemaValidator", "ValidationError"]


def _extension() -> Any:
    """Return the compiled module of the package, imported with a package around it that was not run."""
    spec = None if "pydantic_core" in sys.modules else find_spec("pydantic_core")
    if spec is None:
        from pydantic_core import _pydantic_core

        return _pydantic_core
    sys.modules["pydantic_core"] = module_from_spec(spec)
    try:
        from pydantic_core import _pydantic_core
    finally:
        del sys.modules["pydantic_core"]
    return _pydantic_core


_loaded = _extension()
if not TYPE_CHECKING:
    PydanticCustomError, PydanticKnownError = _loaded.PydanticCustomError, _loaded.PydanticKnownError
    SchemaValidator, ValidationError = _loaded.SchemaValidator, _loaded.ValidationError
EXTENSION: str = _loaded.__file__
"""Where the extension is."""
