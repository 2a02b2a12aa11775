"""Files and tasks in the manner of TaskVine: what is declared, submitted and waited for."""
