"""A cluster of Slurm jobs: start this on the login node, and then grade with what it prints.

pip install dask-jobqueue
python slurm.py 32

The folder CERTIFICATES, which every node sees and only you can read, has ca.pem, cert.pem and
key.pem, made as docs/cluster.md says.
"""

import sys
import time
from pathlib import Path

import dask
from dask_jobqueue import SLURMCluster
from distributed import Security

CERTIFICATES = Path.home() / ".fairgrade"
ROLES = ("scheduler", "worker", "client")

# Dask's own profiler keeps samples of an hour, and grows by 100 MB with them.
dask.config.set({"distributed.worker.profile.enabled": False})
cluster = SLURMCluster(
    # A job is a worker process with one thread: one submission at a time.
    cores=1,
    processes=1,
    memory="4GB",
    walltime="04:00:00",
    job_script_prologue=["export DASK_DISTRIBUTED__WORKER__PROFILE__ENABLED=False"],
    local_directory="/tmp",
    protocol="tls://",
    security=Security(
        require_encryption=True,
        tls_ca_file=str(CERTIFICATES / "ca.pem"),
        **{f"tls_{role}_cert": str(CERTIFICATES / "cert.pem") for role in ROLES},
        **{f"tls_{role}_key": str(CERTIFICATES / "key.pem") for role in ROLES},
    ),
    # This virtual environment, with fairgrade in it: every node has to see it, too.
    python=sys.executable,
)
count = int(sys.argv[1])
# A job that ended is asked for again.
cluster.adapt(minimum_jobs=count, maximum_jobs=count)
print(
    f"""export DASK_DISTRIBUTED__COMM__REQUIRE_ENCRYPTION=true
export DASK_DISTRIBUTED__COMM__TLS__CA_FILE={CERTIFICATES / "ca.pem"}
export DASK_DISTRIBUTED__COMM__TLS__CLIENT__CERT={CERTIFICATES / "cert.pem"}
export DASK_DISTRIBUTED__COMM__TLS__CLIENT__KEY={CERTIFICATES / "key.pem"}
grade submissions/ --scheduler {cluster.scheduler_address}""",
    flush=True,
)
try:
    while True:
        time.sleep(60)
except KeyboardInterrupt:
    cluster.close()
