# What docker/compose.yaml needs of the minio image: MinIO as Go built it, and the curl of its health check.
ARG DEBIAN
FROM ${DEBIAN}
RUN apt-get update && apt-get install -y --no-install-recommends curl && rm -rf /var/lib/apt/lists/* /var/cache/apt
COPY minio /usr/bin/minio
EXPOSE 9000
VOLUME /data
ENTRYPOINT ["minio"]
