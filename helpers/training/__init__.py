"""Training: by hand, with PyTorch, by models that know their steps, and against the clock."""

from helpers.training.descent import least_squares
from helpers.training.descent import apply_step, descend, quadratic  # lesson 02
from helpers.training.by_hand import (  # lesson 03
    BasicOptim,
    calc_grad,
    train_epoch,
    train_model,
    validate_epoch,
)
from helpers.training.classifier import predict, train_classifier, train_step  # lesson 06
from helpers.training.checkpoint import TrainingState, load_weights, save_weights  # lesson 08
from helpers.training.classifier import predict_image  # lesson 08
from helpers.training.fitting import evaluate, fit, fit_epoch  # lesson 08
from helpers.training.budgeted import learn  # lesson 09
from helpers.training.schedule import constant, linear_decay, one_cycle  # lesson 09
from helpers.training.muon import orthogonalize  # lesson 10
from helpers.training.views import look, look_twice, mirrored, shifted  # lesson 10
from helpers.training.sharing import average_gradients, step_seconds  # lesson 11
from helpers.training.launching import launch
from helpers.training.checkpoint import (
    check_training,
    random_states,
    replacing,
    set_random_states,
)
from helpers.training.classifier import Epoch, evaluating
from helpers.training.fast import fit_fast
from helpers.training.ill import patients
from helpers.training.muon import Muon
from helpers.training.quiet import fit_quietly
from helpers.training.schedule import StepBudget, TimeBudget
