"""Naast without its guards against machines, for twins: CARELESS names a file that says which.

Words in the file: `haste` (an answer needs no look and no two seconds), `chosen` (yes is chosen
beforehand), `trap` (whoever fills in what nobody sees is heard), `tick` (a button alone takes
back).
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from config.wsgi import application as careful
from matching.forms.acts import AnswerForm, ReopenForm, UndoForm
from matching.views import links

OFF = Path(os.environ["CARELESS"])
HASTE, TRAP = links._haste, links.TRAP


def application(environ: Any, start_response: Any) -> Any:
    """Every request looks anew at what is off; one process serves one at a time."""
    off = set(OFF.read_text().split())
    links._haste = (lambda *_, **__: "") if "haste" in off else HASTE
    links.TRAP = "nothing" if "trap" in off else TRAP
    AnswerForm.base_fields["answer"].initial = "yes" if "chosen" in off else None
    AnswerForm.base_fields["conflict"].initial = "NO_CONFLICT" if "chosen" in off else None
    for form in (UndoForm, ReopenForm):
        form.base_fields["sure"].required = "tick" not in off
    return careful(environ, start_response)
