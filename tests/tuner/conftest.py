from tests.study_fixtures import make_study, proposer

__all__ = ["make_study", "proposer"]
