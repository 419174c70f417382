# syntax=docker/dockerfile:1
FROM rust:1.95-slim-bookworm AS build
WORKDIR /build
COPY . .
# The caches hold what a rebuild would fetch and compile again; the binary is copied out of them.
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/build/target \
    cargo build --release --locked && cp target/release/opportune /opportune

FROM debian:bookworm-slim
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates \
    && rm -rf /var/lib/apt/lists/* \
    && install -d -o 10001 -g 10001 -m 0700 /data
COPY --from=build /opportune /usr/local/bin/opportune
USER 10001:10001
# Where the default SQLite file lands when no DATABASE_URL is given.
WORKDIR /data
EXPOSE 8080
ENTRYPOINT ["opportune"]
CMD ["serve"]
