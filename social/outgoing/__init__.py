"""Requests of this machine to hosts that members name: guarded, bounded, and only from here."""
