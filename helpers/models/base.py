"""What every image classifier does in a training step and in validation, in one base class."""

import torch
import torch.nn.functional as F
from torch import nn

from helpers.metrics import accuracy

Batch = tuple[torch.Tensor, torch.Tensor]
Result = dict[str, float]


class ImageClassificationBase(nn.Module):
    """A network for classes; a subclass adds its layers and ``forward``, from images to logits.

    Example:
        >>> class Tiny(ImageClassificationBase):
        ...     def forward(self, images):
        ...         return images.flatten(1)[:, :2]
        >>> batch = torch.tensor([[9.0, 0.0], [9.0, 0.0]]), torch.tensor([0, 1])
        >>> outputs = [Tiny().validation_step(batch)]
        >>> Tiny().validation_epoch_end(outputs)["val_acc"]
        0.5

    Name and methods are those of the notebooks "Deep Learning with PyTorch: Zero to GANs" (jovian),
    where they follow PyTorch Lightning.
    Built in lesson 08.
    """

    def training_step(self, batch: Batch) -> torch.Tensor:
        """The cross-entropy of a batch (images, labels), 0-dimensional, ready for ``backward``."""
        images, labels = batch
        return F.cross_entropy(self(images), labels)

    def validation_step(self, batch: Batch) -> dict[str, torch.Tensor | int]:
        """Loss and accuracy of one batch, and how many images it has."""
        images, labels = batch
        logits = self(images)
        loss = F.cross_entropy(logits, labels).detach()
        return {"val_loss": loss, "val_acc": accuracy(logits, labels), "images": len(labels)}

    def validation_epoch_end(self, outputs: list[dict]) -> Result:
        """The means of loss and accuracy over all images, from the results of all batches."""
        images = torch.tensor([output["images"] for output in outputs], device="cpu")
        share = images / images.sum()
        means = {}
        for name in ("val_loss", "val_acc"):
            of_batches = torch.stack([output[name] for output in outputs])
            means[name] = (of_batches.cpu() * share).sum().item()
        return means

    def epoch_end(self, epoch: int, result: Result) -> None:
        """Print one line about an epoch (counted from 0)."""
        numbers = ", ".join(f"{name} {value:.4f}" for name, value in result.items())
        print(f"epoch {epoch + 1:2}: {numbers}")
