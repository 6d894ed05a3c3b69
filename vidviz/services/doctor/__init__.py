"""What this machine and this workspace are like, and a report of it to hand on.

In: the path of a workspace, which need not exist or be sound.

Out: findings, each with what to do where something is amiss (`examination`); a zip of the log, versions, settings and
sizes without secrets, and without names unless they are asked for (`report_bundle`).

A check that fails is a finding and never an error. `vidviz doctor` calls these modules.
"""
