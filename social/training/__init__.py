"""The community trains the model of its feed: rounds, what each example was worth, and the public record."""
