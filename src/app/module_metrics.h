// Metrics of modules that count by themselves: read where they keep their figures.
#pragma once

#include "app/embedded_stores.h"
#include "gateway/gateway.h"
#include "runtime/metrics.h"

namespace rookery::app {

// What is named must outlive the registry's last exposition.
void add_gateway_metrics(Metrics& metrics, const gateway::Gateway& gateway, unsigned cores);
void add_store_metrics(Metrics& metrics, EmbeddedStores& stores);

}  // namespace rookery::app
