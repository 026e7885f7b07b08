# One image for every process of Phix: the command says which. Pin the base by digest where your registry gives you one.
FROM node:24-slim AS build
WORKDIR /src
COPY package.json package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY . .
RUN npm run build && npm prune --omit=dev --no-audit --no-fund

FROM node:24-slim
RUN groupadd --gid 10001 phix && useradd --uid 10001 --gid 10001 --no-create-home --shell /usr/sbin/nologin phix \
  && install -d -o phix -g phix -m 0700 /data
WORKDIR /app
COPY --from=build --chown=root:root /src/package.json ./
COPY --from=build --chown=root:root /src/node_modules ./node_modules
COPY --from=build --chown=root:root /src/dist ./dist
COPY --from=build --chown=root:root /src/bin ./bin
COPY --from=build --chown=root:root /src/runbooks ./runbooks
ENV NODE_ENV=production PHIX_DATA_FOLDER=/data PHIX_RUNBOOKS_FOLDER=/app/runbooks
VOLUME /data
USER 10001:10001
# Both listeners answer /healthz; which one there is depends on the command.
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s --retries=3 \
  CMD ["node", "-e", "Promise.any([7081,7082].map(p=>fetch('http://127.0.0.1:'+p+'/healthz').then(r=>{if(!r.ok)throw r}))).catch(()=>process.exit(1))"]
ENTRYPOINT ["node", "/app/bin/phix"]
CMD ["serve"]
