"""The exercises of lesson 10: whitened points, a step towards a circle, doubt, luck."""

from collections.abc import Callable

import torch

from helpers.course.exercises.framework import Exercise, Mistake, NotAsAsked, kind


def _axes(points: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    variances, directions = torch.linalg.eigh(points.T.cov())
    return variances, directions


def _whiten(points: torch.Tensor) -> torch.Tensor:
    variances, directions = _axes(points)
    return points @ directions / variances.sqrt()


def _each_column_alone(points: torch.Tensor) -> torch.Tensor:
    return points / points.std(0)


def _by_variances(points: torch.Tensor) -> torch.Tensor:
    variances, directions = _axes(points)
    return points @ directions / variances


def _only_turned(points: torch.Tensor) -> torch.Tensor:
    return points @ _axes(points)[1]


def _multiplied(points: torch.Tensor) -> torch.Tensor:
    variances, directions = _axes(points)
    return points @ directions * variances.sqrt()


def _divided_before(points: torch.Tensor) -> torch.Tensor:
    variances, directions = _axes(points)
    return points / variances.sqrt() @ directions


def _of_rows(points: torch.Tensor) -> torch.Tensor:
    variances, directions = torch.linalg.eigh(points.cov())
    return points @ directions / variances.sqrt()


def _directions_first(points: torch.Tensor) -> torch.Tensor:
    variances, directions = _axes(points)
    return directions @ points / variances.sqrt()


def _by_squares(points: torch.Tensor) -> torch.Tensor:
    variances, directions = _axes(points)
    return points @ directions / variances**2


def _swapped_names(points: torch.Tensor) -> torch.Tensor:
    directions, variances = _axes(points)
    return points @ directions / variances.sqrt()


def _axes_of_points(points: torch.Tensor) -> torch.Tensor:
    return points @ torch.linalg.eigh(points)[1]


def _by_sums(points: torch.Tensor) -> torch.Tensor:
    variances, directions = torch.linalg.eigh(points.T @ points)
    return points @ directions / variances.sqrt()


def _by_n(points: torch.Tensor) -> torch.Tensor:
    variances, directions = torch.linalg.eigh(points.T.cov(correction=0))
    return points @ directions / variances.sqrt()


def _covariance_of_what_it_gives(whiten: Callable) -> Callable:
    """Any turned version of a right answer is right: its covariance matrix is judged."""

    def look(points: torch.Tensor) -> torch.Tensor | None:
        white = whiten(points)
        if white is None or white is ...:
            return None
        if not isinstance(white, torch.Tensor):
            raise NotAsAsked(f"expected a tensor of points, got {kind(white)}")
        if white.shape != points.shape:
            raise NotAsAsked(
                f"expected points of shape {tuple(points.shape)}, got {tuple(white.shape)}"
            )
        return white.T.cov()

    return look


def _clouds() -> list[tuple]:
    random = torch.Generator().manual_seed(4)
    points = torch.randn(60, 2, generator=random)
    tilted = points @ torch.tensor([[2.0, 0.7], [0.0, 0.5]])
    return [(tilted,), (points @ torch.tensor([[0.3, -1.0], [0.4, 0.2]]),)]


def _one_step(x: torch.Tensor) -> torch.Tensor:
    return 1.5 * x - 0.5 * x @ x.T @ x


def _step_of(s: torch.Tensor) -> torch.Tensor:
    return 1.5 * s - 0.5 * s**3


def _all_at_one(x: torch.Tensor) -> torch.Tensor:
    u, _, vh = torch.linalg.svd(x, full_matrices=False)
    return u @ vh


def _row_of_stretches(x: torch.Tensor) -> torch.Tensor:
    u, s, vh = torch.linalg.svd(x, full_matrices=False)
    return u @ _step_of(s) @ vh


def _turned_twice(x: torch.Tensor) -> torch.Tensor:
    u, s, v = torch.linalg.svd(x, full_matrices=False)
    return u @ torch.diag(_step_of(s)) @ v.T


def _matrices() -> list[tuple]:
    # The first is square, so that products of the wrong order give something to be recognised.
    return [
        (torch.tensor([[0.6, 0.3], [-0.1, 0.5]]),),
        (torch.tensor([[0.5, 0.2, 0.1], [0.0, 0.3, -0.4]]),),
    ]


def _most_doubtful(logits: torch.Tensor, count: int) -> torch.Tensor:
    return _gaps(logits).argsort()[:count]


def _gaps_of(values: torch.Tensor) -> torch.Tensor:
    first, second = values.topk(2).values.T
    return first - second


def _gaps(logits: torch.Tensor) -> torch.Tensor:
    return _gaps_of(logits.softmax(1))


def _values_less_places(logits: torch.Tensor, count: int) -> torch.Tensor:
    found = logits.softmax(1).topk(2)
    return (found[0] - found[1]).argsort()[:count]


def _two_images(logits: torch.Tensor, count: int) -> torch.Tensor:
    found = logits.softmax(1).topk(2).values
    return (found[0] - found[1]).argsort()[:count]


def _numbers_of_classes(logits: torch.Tensor, count: int) -> torch.Tensor:
    found = logits.softmax(1).topk(2).indices
    return (found[:, 0] - found[:, 1]).argsort()[:count]


def _first_two_columns(logits: torch.Tensor, count: int) -> torch.Tensor:
    probabilities = logits.softmax(1)
    return (probabilities[:, 0] - probabilities[:, 1]).abs().argsort()[:count]


def _entropy(logits: torch.Tensor, count: int) -> torch.Tensor:
    probabilities = logits.softmax(1)
    return (probabilities * probabilities.log()).sum(1).argsort()[:count]


def _logits() -> list[tuple]:
    # The gaps of probabilities, of logits, the largest probabilities, entropies and the first two
    # columns all give other orders.
    return [
        (
            torch.tensor(
                [
                    [3.7, 1.8, 2.7, 2.4],
                    [-1.0, -2.0, 2.6, 1.6],
                    [-0.7, -1.4, 0.8, -1.0],
                    [-0.6, 3.4, 0.6, -1.9],
                    [1.7, -0.8, 1.4, -0.4],
                ]
            ),
            3,
        ),
        (torch.tensor([[0.0, 0.5, 0.1, 0.1], [3.0, 2.7, 0.0, 0.0], [1.0, 0.0, 0.9, 0.8]]), 2),
    ]


def _luck(accuracies: torch.Tensor) -> torch.Tensor:
    return 100 * (accuracies.max() - accuracies.mean())


def _seeds() -> list[tuple]:
    return [
        (torch.tensor([0.60, 0.66, 0.61, 0.62, 0.62]),),
        (torch.tensor([0.512, 0.498, 0.53]),),
        (torch.tensor([0.60, 0.61, 0.50]),),
    ]


_BOTH = "value: the spreads are not 1 yet. Along each axis: divide by the *root* of the variance."
_STRETCH = "x @ x.T @ x has the cubes of the stretches; * and ** work on each number alone."
_DOUBT = "Probabilities of each row, its two largest, their difference; then the places in order."

EXERCISES = {
    "10.1": Exercise(
        solution=_whiten,
        inputs=_clouds,
        observe=_covariance_of_what_it_gives,
        mistakes=(
            Mistake(_each_column_alone,
                "value: both spreads are 1, but the cloud is still tilted: the two columns vary "
                "together. Dividing columns alone cannot change that.",
                "First measure the points along the axes of the cloud, points @ directions; then "
                "divide."),
            Mistake(_by_variances, _BOTH, "eigh gives variances. A spread is the root of one."),
            Mistake(_only_turned,
                "value: the cloud is turned, so that nothing varies together, but it is still an "
                "ellipse.",
                "Divide each column by the spread along its axis."),
            Mistake(_multiplied,
                "value: the long axis got longer. Is it to be multiplied by its spread?",
                "Divide by the spreads."),
            Mistake(_divided_before,
                "value: the columns were divided before the cloud was turned. The spreads belong "
                "to the axes of the cloud, not to the columns.",
                "First points @ directions, then divide."),
            Mistake(_of_rows,
                "value: this is the covariance of the points with each other. cov() takes a row "
                "for each of the two numbers.",
                "points has a row for each point. Exchange rows and columns before cov()."),
            Mistake(_directions_first,
                "shape: the points stand in rows, so they come first in the product.",
                "points @ directions has the shape of points."),
            Mistake(_by_squares,
                _BOTH,
                "eigh gives variances. A spread is the root of one."),
            Mistake(lambda points: points / points.var(0),
                "value: the columns were divided by their variances. A spread is the root of "
                "one; and the cloud stays tilted.",
                "First measure the points along the axes of the cloud, points @ directions; then "
                "divide."),
            Mistake(_swapped_names,
                "shape: eigh gives the variances first, then the directions.",
                "variances, directions = torch.linalg.eigh(...)"),
            Mistake(_axes_of_points,
                "shape: eigh takes a square matrix, and this is the list of points.",
                "First the covariance matrix of the two columns: points.T.cov()."),
            Mistake(_by_sums,
                "value: points.T @ points adds up over all points, so the variances are far too "
                "large.",
                "points.T.cov() takes the mean first."),
            Mistake(_by_n,
                "value: nearly! The variances were taken with n, and cov() divides by n - 1.",
                "points.T.cov() is the matrix by which the result is judged."),
            Mistake(lambda points: points @ torch.linalg.inv(points.T.cov()),
                "value: the inverse divides along each axis by the variance, not by its root.",
                "eigh gives variances and directions: take the root in between."),
            Mistake(lambda points: points, "value: this is the cloud as it was."),
        ),
        praise="whatever the tilt, the cloud is round now. A turned circle is a circle, so many "
        "answers are right.",
        tolerance=1e-3,
        do="Three lines: the covariance matrix of the columns, eigh, and points measured along the "
        "directions and divided by the spreads.",
        off="value: expected a cloud whose covariance matrix has 1 on the diagonal, 0 beside it.",
    ),
    "10.2": Exercise(
        solution=_one_step,
        inputs=_matrices,
        mistakes=(
            Mistake(lambda x: 1.5 * x - 0.5 * x**3,
                "value: x**3 takes the cube of each number in the matrix. The stretches are no "
                "numbers in the matrix.",
                _STRETCH),
            Mistake(lambda x: 1.5 * x - 0.5 * x * x.T * x,
                "value: * multiplies number by number. A product of matrices is @.",
                _STRETCH),
            Mistake(lambda x: 1.5 * x - 0.5 * x @ x @ x,
                "value: x @ x @ x goes out along the directions and never comes back to where it "
                "began. Which x leads back?",
                "The x in the middle has its rows and columns exchanged."),
            Mistake(lambda x: 1.5 * x - 0.5 * x.T @ x @ x,
                "value: the x with rows and columns exchanged is in the wrong place.",
                "It stands in the middle, between the two others."),
            Mistake(lambda x: 1.5 * x - 0.5 * x.T @ x @ x.T,
                "value: two of the three have their rows and columns exchanged. Only one should.",
                "It stands in the middle, between the two others."),
            Mistake(lambda x: 1.5 * x - 0.5 * x @ x.T,
                "value: this is the square. Where is the third x?",
                "After x @ x.T comes x once more."),
            Mistake(lambda x: x @ x.T @ x,
                "value: these are the cubes. The step takes 1.5 s and subtracts half of them.",
                "1.5 times x, minus 0.5 times what you have."),
            Mistake(lambda x: 1.5 * x - x @ x.T @ x,
                "value: only half of the cube is subtracted. At s = 1 the step must stay at 1.",
                "Multiply the product by 0.5."),
            Mistake(lambda x: 1.5 * x + 0.5 * x @ x.T @ x,
                "value: this makes large stretches larger. Look at the signs.",
                "The cube is subtracted."),
            Mistake(
                lambda x: 1.5 * x / x.norm() - 0.5 * x / x.norm() @ (x / x.norm()).T @ x / x.norm(),
                "value: the singular values are between 0 and 1 already; here nothing is divided "
                "by the norm.",
                "Leave the norm out: one step on x itself."),
            Mistake(lambda x: 1.5 * x - 0.5 * x.T @ x,
                "value: this is the square. Where is the third x?",
                "x @ x.T comes first, then x once more."),
            Mistake(lambda x: 1.5 * x - 0.5 * x @ x.T * x,
                "value: * multiplies number by number. A product of matrices is @.",
                _STRETCH),
            Mistake(lambda x: 1.5 * x - 0.5 * x @ x @ x.T,
                "value: the x with rows and columns exchanged is in the wrong place.",
                "It stands in the middle, between the two others."),
            Mistake(lambda x: 1.5 - 0.5 * x @ x.T @ x,
                "value: 1.5 is added to every number. What is it to be multiplied by?",
                "1.5 times x, minus 0.5 times the product."),
            Mistake(lambda x: 0.5 * x @ x.T @ x - 1.5 * x,
                "value: the difference is turned around.",
                "1.5 times x comes first."),
            Mistake(lambda x: 1.5 * x - (0.5 * x) @ (0.5 * x).T @ (0.5 * x),
                "value: the cube is taken of 0.5 * x, so that 0.5 counts three times.",
                "Multiply the whole product by 0.5, once."),
            Mistake(_all_at_one,
                "value: all stretches are 1 now. One step only gets nearer to that.",
                "1.5 times x, minus 0.5 times x @ x.T @ x, once."),
            Mistake(lambda x: _step_of(torch.linalg.svd(x, full_matrices=False)[1]),
                "shape: these are the new stretches. The directions must come back: a matrix is "
                "asked for.",
                "u @ torch.diag(stretches) @ vh; or without svd, by products of x alone."),
            Mistake(_row_of_stretches,
                "shape: the stretches are a row of numbers here, and @ makes a row of it, too.",
                "torch.diag(stretches) is a matrix; or do without svd, by products of x alone."),
            Mistake(_turned_twice,
                "shape: the third factor of svd is turned already.",
                "u @ torch.diag(stretches) @ vh; or without svd, by products of x alone."),
        ),
        praise="three products of matrices, and all directions were served at once.",
        do=_STRETCH,
    ),
    "10.3": Exercise(
        solution=_most_doubtful,
        inputs=_logits,
        mistakes=(
            Mistake(lambda logits, count: _gaps_of(logits).argsort()[:count],
                "value: this is the order of the gaps between logits, which is also that of the "
                "quotients of two probabilities. Asked for: how far apart the *probabilities* are.",
                "softmax(1) comes first; then subtract the second largest from the largest."),
            Mistake(lambda logits, count: _gaps_of(logits.softmax(0)).argsort()[:count],
                "value: softmax(0) goes over the images. Which axis counts the classes?",
                "The classes are axis 1."),
            Mistake(_first_two_columns,
                "value: these are the probabilities of the first two classes. Which two are the "
                "largest differs from row to row.",
                "topk(2).values has the two largest of each row, the larger one first."),
            Mistake(_entropy,
                "value: this looks at all classes (it orders by entropy). Here only the two "
                "largest probabilities count.",
                "topk(2).values, and the difference of its two columns."),
            Mistake(lambda logits, count: _gaps(logits).argsort(descending=True)[:count],
                "value: these are the surest. Is a doubtful image one with a small gap or a large?",
                "argsort begins with the smallest, if nothing else is said."),
            Mistake(lambda logits, count: _gaps(logits).argsort()[-count:],
                "value: these are the surest. At which end of the order are the small gaps?",
                "Take the first ones of the order."),
            Mistake(lambda logits, count: logits.softmax(1).amax(1).argsort()[:count],
                "value: the second largest probability does not count here. How close is it to the "
                "largest?",
                "topk(2).values, and the difference of its two columns."),
            Mistake(lambda logits, count: _gaps(logits).sort().values[:count],
                "dtype: these are the gaps. The numbers of the images are wanted.",
                "argsort gives places, sort gives values."),
            Mistake(lambda logits, count: _gaps(logits).argsort(),
                "shape: this is the order of all images.",
                "Take the first `count` of it."),
            Mistake(_values_less_places,
                "shape: topk gives two tensors, values and places, and here one is subtracted "
                "from the other.",
                "topk(2).values has two columns: the largest, and the second."),
            Mistake(_two_images,
                "shape: [0] and [1] are the first two images. Which are the two columns?",
                "[:, 0] is the first column, [:, 1] the second."),
            Mistake(lambda logits, count: _gaps(logits).argsort()[count],
                "shape: without a colon this is one place of the order.",
                "[:count] are the first `count`."),
            Mistake(lambda logits, count: _gaps(logits)[:count],
                "dtype: these are the gaps of the first images. The places of the smallest are "
                "wanted.",
                "argsort gives places in the order of the values."),
            Mistake(lambda logits, count: (-_gaps_of(-logits.softmax(1))).argsort()[:count],
                "value: these are the two smallest probabilities of each row.",
                "sort begins with the smallest; topk(2).values has the two largest."),
            Mistake(_numbers_of_classes,
                "value: this subtracts the numbers of classes.",
                "topk gives .values and .indices: here the values."),
            Mistake(lambda logits, count: logits[_gaps(logits).argsort()[:count]],
                "shape: these are the rows of the images. Their places are wanted.",
                "Return what you index with."),
        ),
        praise="to look at these again costs little, and the sure ones are left alone.",
        tolerance=0,
        do=_DOUBT,
    ),
    "10.4": Exercise(
        solution=_luck,
        inputs=_seeds,
        mistakes=(
            Mistake(lambda accuracies: accuracies.max() - accuracies.mean(),
                "value: this is a share. A percentage point is a hundredth.",
                "Multiply by 100."),
            Mistake(lambda accuracies: 100 * (accuracies.mean() - accuracies.max()),
                "value: the sign is turned. The best is better than the mean.",
                "The best minus the mean."),
            Mistake(lambda accuracies: 100 * (accuracies.max() - accuracies.median()),
                "value: this is the distance to the median. The mean is asked for.",
                "mean() in place of median()."),
            Mistake(lambda accuracies: 100 * (accuracies.max() - accuracies.min()),
                "value: this is the distance from the worst run to the best.",
                "Compare the best with the mean."),
            Mistake(lambda accuracies: 100 * (accuracies.max() / accuracies.mean() - 1),
                "value: this is by how many percent it is better. Points are a difference.",
                "Subtract instead of dividing."),
            Mistake(lambda accuracies: 100 * accuracies.std(),
                "value: this is the spread of the runs. How far is the best one from the mean?",
                "max() and mean() are needed."),
            Mistake(lambda accuracies: 100 * (accuracies[0] - accuracies.mean()),
                "value: this takes the first run for the best.",
                "max() finds the best."),
            Mistake(lambda accuracies: accuracies.max() - 100 * accuracies.mean(),
                "value: only one of the two is in percent.",
                "Put the difference in brackets, then multiply by 100."),
            Mistake(lambda accuracies: 100 * accuracies.max() - accuracies.mean(),
                "value: only one of the two is in percent.",
                "Put the difference in brackets, then multiply by 100."),
            Mistake(lambda accuracies: (accuracies.max() - accuracies.mean()) / 100,
                "value: this makes the share smaller. How many points is a difference of 0.01?",
                "Multiply by 100."),
            Mistake(lambda accuracies: 100 * (accuracies.argmax() - accuracies.mean()),
                "value: argmax gives the place of the best run.",
                "max() gives its accuracy."),
            Mistake(lambda accuracies: 100 * accuracies.max(),
                "value: this is the best run. By how much is it better than the mean?",
                "Subtract the mean."),
            Mistake(lambda accuracies: 100 * (accuracies - accuracies.mean()),
                "shape: this is the distance of every run. Only that of the best is asked for.",
                "max() finds the best."),
            Mistake(
                lambda accuracies: 100 * (accuracies.max() - accuracies.sort().values[:-1].mean()),
                "value: this is the mean of the other runs. The best one is part of the mean.",
                "mean() of all of them."),
        ),
        praise="so much can be had for nothing, by not telling of the other runs.",
        do="The best, minus the mean, in points.",
    ),
}  # fmt: skip
