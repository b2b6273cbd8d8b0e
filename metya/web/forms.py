"""What forms of the whole site share."""

from django import forms

from metya.web.errors import ActionError


def refused(form: forms.BaseForm, error: ActionError, prefix: str = "") -> None:
    """Put the reason of an action that refused beside the field that it is about, else above the form."""
    field = f"{prefix}{error.data.get('field')}"
    form.add_error(field if field in form.fields else None, error.message)
