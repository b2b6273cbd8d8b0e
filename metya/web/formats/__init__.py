"""How dates are written in a language whose way in Django is not ours."""
