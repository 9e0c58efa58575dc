# Grading in a container: `make container` builds it, README says how to run it.
ARG BASE=python:3.13-slim
FROM ${BASE}

# The walls around each notebook are bubblewrap's, inside the container as outside.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends bubblewrap \
    && rm -rf /var/lib/apt/lists/*

# torch for processors alone, a tenth of the size, where this index can be reached.
ARG INDEX=https://download.pytorch.org/whl/cpu
WORKDIR /course
COPY pyproject.toml README.md LICENSE ./
COPY helpers helpers
RUN pip install --no-cache-dir --extra-index-url "${INDEX}" .

# Nobody in particular; `docker run --user` may say who owns the table.
USER 1000:1000
WORKDIR /tmp
ENTRYPOINT ["python", "-m", "helpers", "progress", "--submissions", "/class", "--csv", "/table/progress.csv"]
