# What docker/Dockerfile needs of node:24-bookworm-slim: node and npm, from npm's registry.
ARG DEBIAN
FROM ${DEBIAN}
RUN groupadd --gid 1000 node && useradd --uid 1000 --gid 1000 --create-home node
COPY node /usr/local/bin/node
COPY node_modules/npm /usr/local/lib/node_modules/npm
RUN ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm \
 && ln -s ../lib/node_modules/npm/bin/npx-cli.js /usr/local/bin/npx \
 && node --version && npm --version
ENV NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt
CMD ["node"]
