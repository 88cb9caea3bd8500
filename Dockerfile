# One image for the gateway and the server: the command says which. Built by docker-compose.yml.

# The dashboard is built with the development tools, which stay in this stage.
FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm install --ignore-scripts
COPY . .
RUN npm run build

FROM node:24-bookworm-slim AS production
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm install --omit=dev --ignore-scripts && npm cache clean --force

FROM node:24-bookworm-slim
WORKDIR /app
ENV NODE_ENV=production DATA_DIR=/data HTTP_PORT=8080
COPY --from=production /app/node_modules ./node_modules
COPY package.json tsconfig.json LICENSE ./
COPY core ./core
COPY storage ./storage
COPY gateway ./gateway
COPY server ./server
COPY --from=build /app/dashboard/dist ./dashboard/dist
# A named volume takes over this folder's owner.
RUN mkdir /data && chown node:node /data
VOLUME /data
USER node
EXPOSE 8080
# Healthy: /healthz answers on the port and with the protocol that the application was given.
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
  CMD ["node", "-e", "const { HTTP_PORT, TLS_CERT_FILE } = process.env; const { get } = require(TLS_CERT_FILE ? 'https' : 'http'); get({ port: HTTP_PORT || 8080, path: '/healthz', rejectUnauthorized: false }, r => process.exit(r.statusCode === 200 ? 0 : 1)).on('error', () => process.exit(1))"]
CMD ["node", "--import", "tsx", "server/main.ts"]
