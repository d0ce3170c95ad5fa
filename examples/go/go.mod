module dagger/hello

go 1.26.1

// The code that Dagger writes needs it. What else that code needs, Dagger adds.
require go.opentelemetry.io/otel v1.44.0
