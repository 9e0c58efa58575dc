import pytest
import torch
import torch.nn.functional as F
from torch import nn

from helpers.models.base import ImageClassificationBase
from helpers.models.cnn import Cifar10CnnModel, conv_block, he_init
from helpers.models.layers import count_parameters
from tests.training.kit import Tiny, tiny_photos


def batch(n, seed=0):
    images, labels = tiny_photos(n, seed)
    return images.float() / 255, labels


def test_training_step_is_the_cross_entropy_with_its_gradient():
    torch.manual_seed(0)
    model, (images, labels) = Tiny().eval(), batch(6)
    loss = model.training_step((images, labels))
    torch.testing.assert_close(loss, F.cross_entropy(model(images), labels))
    loss.backward()
    assert model.network[2].weight.grad.abs().sum() > 0


def test_validation_step_says_loss_accuracy_and_size():
    model, (images, labels) = Tiny().eval(), batch(6)
    output = model.validation_step((images, labels))
    assert output["val_loss"].ndim == 0 and not output["val_loss"].requires_grad
    assert output["val_acc"] == (model(images).argmax(1) == labels).float().mean()
    assert output["images"] == 6


def test_means_are_over_images_not_over_batches():
    outputs = [
        {"val_loss": torch.tensor(1.0), "val_acc": torch.tensor(0.5), "images": 8},
        {"val_loss": torch.tensor(3.0), "val_acc": torch.tensor(1.0), "images": 2},
    ]
    result = Tiny().validation_epoch_end(outputs)
    assert result == {"val_loss": pytest.approx(1.4), "val_acc": pytest.approx(0.6)}


def test_uneven_batches_give_what_one_batch_gives():
    model, (images, labels) = Tiny().eval(), batch(11)
    parts = [model.validation_step(part) for part in zip(images.split(4), labels.split(4))]
    whole = model.validation_epoch_end([model.validation_step((images, labels))])
    assert model.validation_epoch_end(parts) == pytest.approx(whole, abs=1e-6)  # ulps


def test_epoch_end_prints_one_line(capsys):
    Tiny().epoch_end(0, {"train_loss": 1.5, "val_loss": 1.25, "val_acc": 0.5})
    assert capsys.readouterr().out == (
        "epoch  1: train_loss 1.5000, val_loss 1.2500, val_acc 0.5000\n"
    )


def test_without_a_forward_there_is_nothing_to_call():
    with pytest.raises(NotImplementedError):
        ImageClassificationBase().training_step(batch(2))


def test_steps_stay_on_their_device_whatever_the_default():
    model = Tiny()
    images, labels = batch(3)
    with torch.device("meta"):
        assert model.training_step((images, labels)).device.type == "cpu"
    there = model.to("meta")
    loss = there.training_step((images.to("meta"), labels.to("meta")))
    assert loss.is_meta


# The network of the notes.


def test_the_network_has_the_layers_and_parameters_of_the_notes():
    model = Cifar10CnnModel()
    shapes = [tuple(p.shape) for p in model.parameters() if p.ndim > 1]
    assert shapes == [
        (32, 3, 3, 3), (64, 32, 3, 3), (128, 64, 3, 3), (128, 128, 3, 3), (256, 128, 3, 3),
        (256, 256, 3, 3), (1024, 4096), (512, 1024), (10, 512),
    ]  # fmt: skip
    assert count_parameters(model.parameters()) == 5_851_338


def test_width_scales_every_layer_and_dropout_is_where_it_should_be():
    model = Cifar10CnnModel(width=2, dropout=0.25)
    assert model(torch.zeros(2, 3, 32, 32)).shape == (2, 10)
    assert [layer.p for layer in model.network if isinstance(layer, nn.Dropout)] == [0.25, 0.25]
    shapes = [p.shape[0] for p in model.parameters() if p.ndim > 1]
    assert shapes == [2, 4, 8, 8, 16, 16, 64, 32, 10]


def test_he_init_keeps_the_size_of_numbers_from_layer_to_layer():
    torch.manual_seed(0)
    x = torch.randn(1000, 300)
    layers = nn.Sequential(*(nn.Sequential(nn.Linear(300, 300), nn.ReLU()) for _ in range(8)))
    shrunk = layers(x).square().mean()
    kept = layers.apply(he_init)(x).square().mean()
    assert shrunk < 0.01 and 0.5 < kept / x.square().mean() < 2
    norm = nn.BatchNorm2d(3)
    he_init(norm)
    assert torch.equal(norm.weight, torch.ones(3))


def test_a_block_halves_height_and_width():
    assert conv_block(3, 5, 7)(torch.zeros(2, 3, 10, 12)).shape == (2, 7, 5, 6)


@pytest.mark.slow
def test_bfloat16_changes_the_sums_but_not_the_interface():
    torch.manual_seed(0)
    exact, xb = Cifar10CnnModel().eval(), torch.rand(4, 3, 32, 32)
    quick = Cifar10CnnModel(precision=torch.bfloat16).eval().to(memory_format=torch.channels_last)
    quick.load_state_dict(exact.state_dict())
    logits, close = exact(xb), quick(xb)
    assert close.dtype == torch.float32 and not torch.equal(close, logits)
    # bfloat16 rounds by 0.4 % in each of nine layers.
    torch.testing.assert_close(close, logits, rtol=0.05, atol=0.01)
    quick.training_step((xb, torch.arange(4))).backward()
    assert {p.grad.dtype for p in quick.parameters()} == {torch.float32}


def test_the_network_runs_on_another_device():
    model = Cifar10CnnModel().to("meta")
    loss = model.training_step(
        (torch.zeros(2, 3, 32, 32, device="meta"), torch.zeros(2, dtype=int, device="meta"))
    )
    assert loss.is_meta and loss.dtype == torch.float32
