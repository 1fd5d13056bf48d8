vcl 4.1;

# /etc/varnish/default.vcl of the host in front. Every cacheable answer of the registry says `Cache-Control: no-cache`
# and has an ETag: it may be stored, and is to be validated. Varnish does so at most once a second for each address, and
# a validation costs the registry a 304. TLS ends before it.

import directors;
import std;

probe ready {
    .url = "/readyz";
    .interval = 1s;
    .timeout = 2s;
    .window = 3;
    .threshold = 2;
    .initial = 2;
}

backend app1 { .host = "10.0.0.21"; .port = "8000"; .probe = ready; .first_byte_timeout = 120s; }
backend app2 { .host = "10.0.0.22"; .port = "8000"; .probe = ready; .first_byte_timeout = 120s; }

sub vcl_init {
    new registry = directors.round_robin();
    registry.add_backend(app1);
    registry.add_backend(app2);
}

sub vcl_recv {
    set req.backend_hint = registry.backend();
    if (req.url ~ "^/metrics") {
        return (synth(404));
    }
    # Only while no node answers, what is stored may be older.
    set req.grace = 0s;
    if (!std.healthy(req.backend_hint)) {
        set req.grace = 1d;
    }
    unset req.http.X-Forwarded-Prefix;
    set req.http.X-Forwarded-Host = req.http.Host;
    if (!req.http.X-Forwarded-Proto) {
        set req.http.X-Forwarded-Proto = "http";
    }
    if (req.url ~ "^/api/v1/changes/stream") {
        return (pipe);
    }
    # Who wrote, and who asks for the present state, is answered by the registry.
    if (req.http.Registry-Sequence || req.http.Cache-Control ~ "no-(cache|store)") {
        return (pass);
    }
}

sub vcl_pipe {
    set bereq.http.Connection = "close";
}

sub vcl_backend_fetch {
    if (bereq.retries > 0) {
        set bereq.backend = registry.backend();
    }
}

sub vcl_backend_response {
    # A node that was lost or can't answer at the moment: the other one may, where nothing is done twice.
    if (beresp.status == 503 && (bereq.method == "GET" || bereq.method == "HEAD") && bereq.retries == 0) {
        return (retry);
    }
    if (beresp.status == 200 && beresp.http.ETag && beresp.http.Cache-Control == "no-cache" && !bereq.uncacheable) {
        set beresp.ttl = 1s;
        set beresp.grace = 1d;
        set beresp.keep = 1d;
        return (deliver);
    }
}

sub vcl_backend_error {
    if ((bereq.method == "GET" || bereq.method == "HEAD") && bereq.retries == 0) {
        return (retry);
    }
}
