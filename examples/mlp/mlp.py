"""A network of PyTorch Lightning that reads handwritten digits, with checkpoints and early stopping."""

import lightning
import torch
from lightning.pytorch.callbacks import Callback, EarlyStopping, ModelCheckpoint
from sklearn.datasets import load_digits
from torch import Tensor, nn
from torch.utils.data import DataLoader, TensorDataset

from hpo.task import TrialContext

N_TRAIN = 1437  # of 1797 images; those of the validation were written by other people
BATCH_SIZE = 64
LAST = "last.ckpt"


class Network(lightning.LightningModule):
    """A perceptron with one hidden layer.

    Args:
        width: Units of the hidden layer.
        dropout: Share of them that is left out in a training step.
        lr: Learning rate of Adam.
    """

    def __init__(self, width: int, dropout: float, lr: float) -> None:
        super().__init__()
        self.save_hyperparameters()
        self.layers = nn.Sequential(nn.Linear(64, width), nn.ReLU(), nn.Dropout(dropout), nn.Linear(width, 10))
        self.loss = nn.CrossEntropyLoss()

    def training_step(self, batch: list[Tensor], _: int) -> Tensor:
        """Return the loss of a batch."""
        images, digits = batch
        return self.loss(self.layers(images), digits)

    def validation_step(self, batch: list[Tensor], _: int) -> None:
        """Log the loss and the share of misread images."""
        images, digits = batch
        scores = self.layers(images)
        self.log("valid_loss", self.loss(scores, digits))
        self.log("valid_error", (scores.argmax(dim=1) != digits).float().mean())

    def configure_optimizers(self) -> torch.optim.Optimizer:
        """Return Adam."""
        return torch.optim.Adam(self.parameters(), lr=self.hparams.lr)


class Reporter(Callback):
    """After each epoch writes a checkpoint, and reports it to the study with what the validation logged."""

    def __init__(self, context: TrialContext) -> None:
        self._context = context

    def on_train_epoch_end(self, trainer: lightning.Trainer, _: lightning.LightningModule) -> None:
        """Report; it may end the trial by an exception, which Lightning lets pass."""
        path = self._context.directory / LAST
        trainer.save_checkpoint(path.with_suffix(".new"), weights_only=False)
        path.with_suffix(".new").rename(path)  # never half a checkpoint
        metrics = {name: value.item() for name, value in trainer.callback_metrics.items()}
        self._context.report(trainer.current_epoch + 1, metrics, checkpoint=LAST)


def train(width: int, dropout: float, lr: float, context: TrialContext, max_epochs: int = 30) -> dict[str, float]:
    """Return the share of validation images that the best network of the training misreads; it is in best.ckpt."""
    torch.manual_seed(context.seed)
    images, digits = load_digits(return_X_y=True)
    data = TensorDataset(torch.tensor(images / 16, dtype=torch.float32), torch.tensor(digits))
    # Where validation ends, so that the best error is in the checkpoint of its epoch.
    best = ModelCheckpoint(context.directory, "best", monitor="valid_error", save_on_train_epoch_end=False)
    trainer = lightning.Trainer(
        accelerator="gpu" if context.has_gpu else "cpu",
        devices=1,
        max_epochs=max_epochs,
        callbacks=[best, EarlyStopping("valid_loss", patience=5), Reporter(context)],
        default_root_dir=context.directory,
        num_sanity_val_steps=0,
        logger=False,
        enable_progress_bar=False,
        enable_model_summary=False,
    )
    trainer.fit(
        Network(width, dropout, lr),
        DataLoader(torch.utils.data.Subset(data, range(N_TRAIN)), BATCH_SIZE, shuffle=True),
        DataLoader(torch.utils.data.Subset(data, range(N_TRAIN, len(data))), BATCH_SIZE),
        ckpt_path=context.checkpoint,  # of this trial, if it was interrupted
    )
    return {"valid_error": float(best.best_model_score)}
