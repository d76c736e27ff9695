// bookinfo: the four services of the sample in one program; which one is the first argument.
//
//   bookinfo productpage|details|reviews|ratings [--version v1] [--address 0.0.0.0:9080]
//
// --version stands for the image that a manifest names (examples-bookinfo-reviews-v3); environment
// variables override what it sets. Ends with 0 after SIGTERM, 1 when the address cannot be bound, 2
// on bad usage.

#include <iostream>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "outrigger/client.h"
#include "outrigger/server.h"
#include "samples/bookinfo/details.h"
#include "samples/bookinfo/environment.h"
#include "samples/bookinfo/productpage.h"
#include "samples/bookinfo/ratings.h"
#include "samples/bookinfo/reviews.h"

namespace bookinfo {
namespace {

constexpr char kUsage[] =
    "usage: bookinfo productpage|details|reviews|ratings [--version v1] [--address 0.0.0.0:9080]\n";

/// Handlers wait for other services (reviews up to 10 s, ratings v-delayed 7 s), so many may be
/// under way.
constexpr int kHandlerThreads = 64;

struct Arguments {
  std::string service;
  std::string version = "v1";
  std::string address = "0.0.0.0:9080";
};

std::optional<Arguments> ParseArguments(int argc, char** argv) {
  if (argc < 2) return std::nullopt;
  Arguments arguments{.service = argv[1]};
  for (int i = 2; i < argc; i += 2) {
    if (i + 1 == argc) return std::nullopt;
    const std::string_view name = argv[i];
    if (name == "--version") {
      arguments.version = argv[i + 1];
    } else if (name == "--address") {
      arguments.address = argv[i + 1];
    } else {
      return std::nullopt;
    }
  }
  return arguments;
}

int Serve(const Arguments& arguments, outrigger::Routes routes) {
  outrigger::Server server({.address = arguments.address, .handler_threads = kHandlerThreads},
                           std::move(routes));
  if (!server.Start()) {
    std::cerr << "bookinfo: " << server.error() << '\n';
    return 1;
  }
  std::cout << arguments.service << ' ' << arguments.version << " listens on " << arguments.address
            << std::endl;
  server.Wait();
  return 0;
}

int Run(const Arguments& arguments) {
  const Environment environment = Environment::OfProcess();
  outrigger::Client client;
  const Caller call = [&client](const std::string& host, std::uint16_t port,
                                outrigger::Request request, const outrigger::CallOptions& options) {
    return client.Call(host, port, std::move(request), options);
  };
  if (arguments.service == "productpage") {
    Productpage productpage(environment, arguments.version, call);
    return Serve(arguments, productpage.MakeRoutes());
  }
  if (arguments.service == "details") {
    const Details details(environment, arguments.version, call);
    return Serve(arguments, details.MakeRoutes());
  }
  if (arguments.service == "reviews") {
    const Reviews reviews(environment, arguments.version, call);
    return Serve(arguments, reviews.MakeRoutes());
  }
  if (arguments.service == "ratings") {
    Ratings ratings(environment, arguments.version);
    return Serve(arguments, ratings.MakeRoutes());
  }
  std::cerr << "bookinfo: no service \"" << arguments.service << "\"\n" << kUsage;
  return 2;
}

}  // namespace
}  // namespace bookinfo

int main(int argc, char** argv) {
  if (argc == 2 && std::string_view(argv[1]) == "--help") {
    std::cout << bookinfo::kUsage;
    return 0;
  }
  const auto arguments = bookinfo::ParseArguments(argc, argv);
  if (!arguments.has_value()) {
    std::cerr << bookinfo::kUsage;
    return 2;
  }
  try {
    return bookinfo::Run(*arguments);
  } catch (const std::invalid_argument& error) {
    std::cerr << "bookinfo: " << error.what() << '\n';
    return 2;
  }
}
