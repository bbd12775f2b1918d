"""Handwritten digits that scikit-learn ships: how often does a support vector machine misread one?"""

from sklearn.datasets import load_digits
from sklearn.model_selection import cross_val_score
from sklearn.svm import SVC

IMAGES, DIGITS = load_digits(return_X_y=True)  # 1797 images of 64 pixels; a worker loads them once for all its trials


def error(c: float, gamma: float, n_folds: int = 5) -> float:
    """Return the share of images that are misread in cross-validation."""
    return 1 - cross_val_score(SVC(C=c, gamma=gamma), IMAGES, DIGITS, cv=n_folds).mean()
