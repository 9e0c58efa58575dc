"""Models: from the pixel-similarity baseline to a network for a few seconds."""

from helpers.models.baseline import is_3, mnist_distance  # lesson 01
from helpers.models.linear import init_params, linear1, sigmoid  # lesson 03
from helpers.models.layers import count_parameters  # lesson 04
from helpers.models.perceptrons import mlp, simple_net  # lesson 04
from helpers.models.perceptrons import DigitMLP  # lesson 05
from helpers.models.cnn import pooled_block, small_cnn  # lesson 07
from helpers.models.convolution import (  # lesson 07
    apply_kernel,
    conv2d,
    conv_filters,
    conv_parameters,
    max_pool2d,
    output_size,
)
from helpers.models.base import ImageClassificationBase  # lesson 08
from helpers.models.cnn import Cifar10CnnModel, conv_block, he_init  # lesson 08
from helpers.models.lean import LeanNet, as_it_is, lean_block, plain_norm  # lesson 09
from helpers.models.fastnet import pass_on, patches, whitening_conv, whitening_matrix  # lesson 10
from helpers.models.fastnet import PIXELS
from helpers.models.layers import layer_table
