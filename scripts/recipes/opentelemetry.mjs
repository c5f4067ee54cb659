// What an application does to send what it measures.

import { NodeSDK } from '@opentelemetry/sdk-node';

process.env.OTEL_METRICS_EXPORTER = 'otlp';
process.env.OTEL_LOGS_EXPORTER = 'none';
new NodeSDK().start();
