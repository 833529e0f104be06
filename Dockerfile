# Pinned by tag, so that fixes of Node and Debian arrive with the next build. For the same bytes every time pin a digest:
# docker build --build-arg BASE=node:24-slim@sha256:…
ARG BASE=node:24-slim

# better-sqlite3 is compiled, so the build stage has a compiler and the final one has not.
FROM ${BASE} AS build
RUN apt-get update \
 && apt-get install -y --no-install-recommends python3 make g++ \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /app
# Against the headers of this very Node, without Node's clean-up hooks: docs/decisions/2026-11-25-node-24.md
ENV npm_config_nodedir=/usr/local \
    npm_config_build_from_source=true \
    CXXFLAGS="-include /app/native/object-wrap.h"
COPY package.json package-lock.json .npmrc ./
COPY native ./native
RUN npm ci
COPY tsconfig.json ./
COPY src ./src
COPY adapters ./adapters
RUN npx tsc -p tsconfig.json && npm prune --omit=dev

FROM ${BASE}
LABEL org.opencontainers.image.title="Cordon" \
      org.opencontainers.image.description="Restrict app execution on a Defender for Endpoint device from Slack and Teams, with approvals"
ENV NODE_ENV=production \
    DATABASE_URL=sqlite:/data/cordon.db \
    CORDON_AUDIT_KEY=/data/audit-key.pem \
    CORDON_POLICY=/etc/cordon/policy.yaml
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY bin ./bin
COPY manifests ./manifests
# A new volume takes over owner and rights of the folder. Nothing else is ever written, /tmp included.
RUN install -d -m 700 -o 1000 -g 1000 /data \
 && ln -s /app/bin/cordon.js /usr/local/bin/cordon
# By number, as Kubernetes can tell only of a number that it is not root.
USER 1000:1000
VOLUME /data
EXPOSE 3978
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT || 3978}/healthz`).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "--enable-source-maps", "dist/src/main.js"]
