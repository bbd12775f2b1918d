from tests.study_fixtures import asked, make_study, proposer

__all__ = ["asked", "make_study", "proposer"]
