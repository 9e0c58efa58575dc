"""Pictures with a text alternative, of what the lessons show."""

from helpers.pictures.curves import towards_one  # lesson 10
from helpers.pictures.answers import (
    draw_comparison,
    draw_confusion,
    draw_disturbed,
    draw_regions,
    draw_unit,
)
from helpers.pictures.board import drawing_board, my_drawing
from helpers.pictures.canvas import show, show_images, show_pixels, show_some
from helpers.pictures.curves import (
    draw_bands,
    draw_curves,
    draw_function,
    draw_functions,
    draw_learning_rate,
    draw_together,
    draw_towards_one,
    draw_weights,
    linear_curve,
)
from helpers.pictures.descents import draw_descent, draw_fit, draw_step, draw_walks
from helpers.pictures.diagrams import draw_cycle, draw_road, draw_softmax
from helpers.pictures.kernels import (
    draw_edges,
    draw_filtered,
    draw_maps,
    draw_places,
    draw_products,
    draw_sizes,
    draw_sliding,
)
from helpers.pictures.luck import draw_gains, draw_luck, draw_trials, draw_worth
from helpers.pictures.networks import draw_bends, draw_network, draw_seeds
from helpers.pictures.photos import cover, draw_covered, photo_grid
from helpers.pictures.processes import draw_ring, draw_scaling, draw_shared_step
from helpers.pictures.products import draw_leap, draw_matrix_product, draw_weighed
from helpers.pictures.runs import draw_patients, draw_rates, draw_reliability, draw_valley
from helpers.pictures.scores import Score, draw_race, draw_scoreboard, scoreboard
from helpers.pictures.stretches import draw_clouds, draw_course, draw_stretch
from helpers.pictures.similarity import draw_copies, draw_difference, draw_nearer, first_look
