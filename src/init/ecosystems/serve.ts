/** Static files behind nginx, for front ends and sites. */
import { ADD_USER, aptInstall, bashHealthcheck, DEBIAN, exec } from '../recipe.ts';

/** @param source flags and path of a COPY */
export function serveStages(
  name: string,
  source: string,
  { isSinglePage }: { readonly isSinglePage: boolean },
): readonly string[] {
  const fallback = isSinglePage ? '/index.html' : '=404';
  return [
    `FROM ${DEBIAN} AS ${name}`,
    aptInstall('nginx-light'),
    ADD_USER,
    `COPY <<'EOF' /etc/nginx/nginx.conf
pid /tmp/nginx.pid;
error_log /dev/stderr;
events {}
http {
    include mime.types;
    access_log /dev/stdout;
    client_body_temp_path /tmp/body;
    proxy_temp_path /tmp/proxy;
    fastcgi_temp_path /tmp/fastcgi;
    uwsgi_temp_path /tmp/uwsgi;
    scgi_temp_path /tmp/scgi;
    gzip on;
    gzip_types text/css application/javascript application/json image/svg+xml;
    server {
        listen 8080;
        root /srv;
        location / {
            try_files $uri $uri/ ${fallback};
        }
    }
}
EOF`,
    `COPY ${source} /srv`,
    'USER app',
    'EXPOSE 8080',
    bashHealthcheck(8080),
    `CMD ${exec('nginx', '-g', 'daemon off;')}`,
  ];
}
