"""What comes along when a member allows something."""

from typing import NoReturn

from django import forms
from django.utils.translation import gettext as _

from metya.web.errors import Invalid


class GiveForm(forms.Form):
    """Which text was read, in which language."""

    version = forms.IntegerField(min_value=1, max_value=9999)
    language = forms.CharField(max_length=10, required=False)

    def refuse(self) -> NoReturn:
        """The page itself never sends such a form."""
        raise Invalid(_("That form is damaged. Open the page again."), data={"field": next(iter(self.errors), "")})
