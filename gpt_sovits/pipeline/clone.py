"""The main job: a recording or an annotation list in, a voice that speaks out."""

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gpt_sovits.config import FamilyConfig, load_family
from gpt_sovits.errors import InputError
from gpt_sovits.paths import PROJECT, ProjectPaths, check_name
from gpt_sovits.pipeline.clone_report import (
    FEATURES,
    GPT,
    LABELS,
    REFERENCE,
    SOVITS,
    CloneOptions,
    CloneReport,
    OnStage,
)
from gpt_sovits.pipeline.finish import (
    STATE,
    TrainedVoice,
    noted_consent,
    pick_voice_reference,
    save_trained_voice,
    wrote_voice,
)
from gpt_sovits.pipeline.labels import Labels, label_source
from gpt_sovits.pipeline.reference import ScoredClip
from gpt_sovits.report import Progress, no_progress
from gpt_sovits.state import hash_of, read_state, write_state
from gpt_sovits.training.options import (
    TrainingOptions,
    binding_options,
    gpt_options,
    sovits_options,
)

if TYPE_CHECKING:
    from gpt_sovits.data.experiment import Experiment
    from gpt_sovits.training.fit import TrainingReport
    from gpt_sovits.training.results import OnSave
    from gpt_sovits.weights.file import Kind


def clone_voice(
    source: Path,
    options: CloneOptions,
    *,
    paths: ProjectPaths = PROJECT,
    progress: Progress = no_progress,
    on_stage: OnStage = lambda stage: None,
) -> CloneReport:
    """Go the whole way from recordings to a voice.

    It may be stopped at any moment and run again: it goes on where it stopped. What depends on a
    recording, text or option that was changed is done again.

    Args:
        source: a recording, a folder of recordings, or a `.list`.
        options: name, family, and how each stage works.
        paths: the project.
        progress: told after each item of a stage.
        on_stage: told when a stage begins.

    Raises:
        ConfigError: the name cannot be a file's, or the family is unknown.
        InputError: the name is another voice's, nothing in the source can be used, or another run
            is at work on this voice.
        MissingModelError: weights of the family are not on this machine.
        KeyboardInterrupt: Ctrl-C or SIGTERM; what was finished is kept.
    """
    from filelock import FileLock, Timeout

    folder = paths.logs / check_name(options.name)
    if not source.exists():
        raise InputError(f"{source}: no such file or folder; name a recording or a .list")
    family = load_family(options.family, paths.configs)
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(folder / ".clone.lock", timeout=0):
            return _Run(source, folder, family, options, paths, progress, on_stage).clone()
    except Timeout as error:
        raise InputError(
            f"{folder}: another run is at work on this voice; wait until it ends"
        ) from error


class _Run:
    """One call of `clone_voice`."""

    def __init__(
        self,
        source: Path,
        folder: Path,
        family: FamilyConfig,
        options: CloneOptions,
        paths: ProjectPaths,
        progress: Progress,
        on_stage: OnStage,
    ) -> None:
        self.source = source
        self.folder = folder
        self.family = family
        self.options = options
        self.paths = paths
        self.progress = progress
        self.on_stage = on_stage
        self.state = read_state(folder / STATE)

    def clone(self) -> CloneReport:
        """All stages in order."""
        self._check_owner()
        labels = self._label()
        experiment, skipped = self._extract(labels)
        with self._timed(REFERENCE):
            reference = self._pick_reference(labels, experiment)
        sovits, gpt = self._train(experiment, reference)
        voice = self._save_voice(reference, sovits, gpt)
        return CloneReport(
            voice=voice,
            family=self.family.name,
            labels=labels,
            n_clips=len(experiment.clips),
            clip_seconds=sum(info.seconds for info in experiment.clips),
            sovits=sovits,
            gpt=gpt,
            reference=reference,
            seconds=dict(self.state["seconds"]),
            skipped=[*skipped, *sovits.skipped, *gpt.skipped],
        )

    def _check_owner(self) -> None:
        """Refuse a name that another voice has; the source is remembered from here on.

        Raises:
            InputError: names the voice and its source.
        """
        from gpt_sovits.inference.voice_file import voice_path

        path = voice_path(self.options.name, self.paths)
        source = self.paths.name_of(self.source)
        known = self.state.get("source")
        is_own = self.options.mark and self.options.mark == self.state.get("mark")
        if path.exists() and not self.options.replace:
            made = None
            if not wrote_voice(path, self.state):
                made = "made in another way, or edited"
            elif known != source and not is_own:
                made = f"made from {known}"
            if made:
                raise InputError(
                    f"{path}: this voice was {made}; choose another --name, or give --replace"
                )
        if known != source:
            self._remember(source=source, mark=self.options.mark, labels=None, consent="")

    def _remember(self, **values: Any) -> None:
        self.state.update(values)
        write_state(self.folder / STATE, self.state)

    @contextmanager
    def _timed(self, stage: str) -> Iterator[None]:
        """Announce a stage and keep the longest time that it took; a finished one takes none."""
        self.on_stage(stage)
        began = time.monotonic()
        yield
        spent = time.monotonic() - began
        seconds = self.state.setdefault("seconds", {})
        seconds[stage] = max(spent, seconds.get(stage, 0.0))
        self._remember()

    def _label(self) -> Labels:
        from gpt_sovits.weights.file import sha256_of

        known, times = self.state.get("labels"), self.state.get("seconds", {})
        self.state["seconds"] = {}
        with self._timed(LABELS):
            labels = label_source(
                self.source,
                self.options.name,
                self.options.labels,
                paths=self.paths,
                progress=self.progress,
            )
        listed = sha256_of(labels.path)
        if listed == known:
            self.state["seconds"] = {**self.state["seconds"], **times}
        self._remember(labels=listed)
        return labels

    def _extract(self, labels: Labels) -> tuple["Experiment", list[tuple[Path, str]]]:
        from gpt_sovits.data.experiment import open_experiment
        from gpt_sovits.prepare.feature_options import FeatureOptions
        from gpt_sovits.prepare.features import extract_features

        options = FeatureOptions(family=self.family.name, device=self.options.device)
        with self._timed(FEATURES):
            report = extract_features(
                labels.annotations, self.folder, options, paths=self.paths, progress=self.progress
            )
        return open_experiment(self.folder, self.family), report.skipped

    def _train(
        self, experiment: "Experiment", reference: ScoredClip
    ) -> tuple["TrainingReport", "TrainingReport"]:
        from gpt_sovits.training.train import train_gpt, train_sovits

        name = self.options.name
        shared: dict[str, Any] = {
            "replace": self.options.replace,
            "paths": self.paths,
            "progress": self.progress,
        }
        sovits = self.options.sovits or sovits_options(self.family)
        self._begin_anew_if_changed("sovits", SOVITS, sovits, experiment)
        with self._timed(SOVITS):
            on_save = self._on_save(experiment, "sovits", reference)
            one = train_sovits(experiment, name, sovits, on_save=on_save, **shared)
        gpt = self.options.gpt or gpt_options(self.family)
        self._begin_anew_if_changed("gpt", GPT, gpt, experiment)
        with self._timed(GPT):
            on_save = self._on_save(experiment, "gpt", reference)
            other = train_gpt(experiment, name, gpt, on_save=on_save, **shared)
        for stage, report in ((SOVITS, one), (GPT, other)):
            self.state["seconds"][stage] = max(self.state["seconds"][stage], report.seconds)
        return one, other

    def _on_save(
        self, experiment: "Experiment", kind: "Kind", reference: ScoredClip
    ) -> "OnSave | None":
        """What speaks the samples, unless they are turned off."""
        if not self.options.samples:
            return None
        from gpt_sovits.inference.reference import ReferenceClip
        from gpt_sovits.pipeline.samples import speak_at_saves

        item = reference.item
        clip = ReferenceClip(item.audio, item.text, item.language)
        return speak_at_saves(experiment, self.options.name, kind, reference=clip, paths=self.paths)

    def _begin_anew_if_changed(
        self, kind: "Kind", stage: str, options: TrainingOptions, experiment: "Experiment"
    ) -> None:
        """Drop the unfinished training of other clips, options or base weights."""
        from gpt_sovits.weights.file import sha256_of
        from gpt_sovits.weights.networks import base_weights

        start = base_weights(self.family, kind, paths=self.paths)
        key = hash_of(
            {
                "clips": [[info.name, info.key] for info in experiment.clips],
                "options": binding_options(options),
                "start": sha256_of(start),
            }
        )
        if self.state.get(kind) != key:
            if kind in self.state:
                shutil.rmtree(self.folder / f"training_{kind}", ignore_errors=True)
            self.state["seconds"].pop(stage, None)
            self._remember(**{kind: key})

    def _pick_reference(self, labels: Labels, experiment: "Experiment") -> ScoredClip:
        return pick_voice_reference(labels.annotations.items, experiment, self.paths)

    def _save_voice(
        self, reference: ScoredClip, sovits: "TrainingReport", gpt: "TrainingReport"
    ) -> Path:
        made = TrainedVoice(
            self.options.name, self.family.name, gpt.weights[-1], sovits.weights[-1], reference
        )
        source = self.state["source"]
        # A note that was made since, unless the voice there was made of something else.
        is_same = self.state.get("voice_of") == source
        noted = noted_consent(self.options.name, self.paths) if is_same else ""
        consent = self.options.consent or noted or self.state.get("consent", "")
        voice = save_trained_voice(made, consent, self.state, self._remember, self.paths)
        self._remember(voice_of=source)
        return voice
