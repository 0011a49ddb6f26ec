# Tocsin in a container: one process, one volume, no root.
#
#   docker build -t tocsin .
#   docker run --rm --network host -v tocsin-data:/data tocsin
#
# Without a key the server listens on loopback only and refuses any other address: a port that is published to the
# world would let everybody read alerts and change rules. So the image listens on 127.0.0.1 and is meant to run in
# the host's network (Linux), or beside your service in one network namespace (a Kubernetes pod, compose's
# `network_mode: service:...`). It never opens itself wider on its own. To open it, give it a file of keys, and TLS:
#
#   docker run -p 8443:8443 -v tocsin-data:/data -v ./secrets:/secrets:ro -e TOCSIN_LISTEN=0.0.0.0:8443 \
#     -e TOCSIN_KEYS_FILE=/secrets/keys.json -e TOCSIN_TLS_CERT=/secrets/cert.pem -e TOCSIN_TLS_KEY=/secrets/key.pem tocsin
#
# (The health check below speaks plain HTTP: give a container with TLS one of its own.)

FROM node:22-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
# No package needs an install script; the store's binary ships in its package.
RUN npm ci --ignore-scripts
COPY tsconfig.json tsconfig.build.json ./
COPY grammar grammar
COPY src src
RUN npm run build && npm prune --omit=dev --ignore-scripts

FROM node:22-bookworm-slim
ENV NODE_ENV=production \
    TOCSIN_LISTEN=127.0.0.1:8080 \
    TOCSIN_DATA=/data
WORKDIR /app
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY package.json LICENSE ./
RUN ln -s /app/dist/cli/tocsin.js /usr/local/bin/tocsin \
    && chmod 755 /app/dist/cli/tocsin.js \
    && mkdir /data && chown node:node /data
USER node
VOLUME /data
EXPOSE 8080
# SIGTERM drains and checkpoints; give it the ten seconds it promises.
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:' + process.env.TOCSIN_LISTEN.split(':').pop() + '/healthz').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "/app/dist/cli/tocsin.js"]
CMD ["serve"]
