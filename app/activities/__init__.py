"""Activities: the missions, trainings, study visits and so on of which actions are made."""
