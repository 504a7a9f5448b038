"""Reads what the metrics of this process have counted."""

from core.metrics import REGISTRY


def sample(name: str, **labels: str) -> float:
    """The value of a sample; 0 if there is none."""
    return REGISTRY.get_sample_value(name, labels) or 0.0


class Growth:
    """By how much samples have grown since it was created."""

    def __init__(self) -> None:
        self._before = _all_samples()

    def of(self, name: str, **labels: str) -> float:
        return sample(name, **labels) - self._before.get((name, tuple(sorted(labels.items()))), 0.0)

    def labels_of(self, name: str, label: str) -> set[str]:
        """The values of a label whose samples have grown."""
        return {
            dict(labels)[label]
            for (found, labels), value in _all_samples().items()
            if found == name and value > self._before.get((found, labels), 0.0)
        }


def _all_samples() -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for metric in REGISTRY.collect()
        for sample in metric.samples
    }
