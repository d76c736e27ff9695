#include "control/directory_source.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>

namespace outrigger::control {
namespace {

namespace fs = std::filesystem;

std::string Service(const std::string& name, int port = 80) {
  return "apiVersion: v1\nkind: Service\nmetadata: {name: " + name +
         "}\nspec: {ports: [{port: " + std::to_string(port) + "}]}\n---\n";
}

class DirectorySourceTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "outrigger-source-XXXXXX").string();
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    root_ = name;
  }
  void TearDown() override { fs::remove_all(root_); }

  void Write(const std::string& name, const std::string& text) const {
    fs::create_directories((root_ / name).parent_path());
    std::ofstream(root_ / name) << text;
  }
  static config::Problems Load(DirectorySource& source) {
    config::Problems problems;
    source.Load(&problems);
    return problems;
  }
  static std::string Names(const DirectorySource& source) {
    std::string names;
    for (const auto& [key, resource] : source.store().resources()) {
      names += (names.empty() ? "" : " ") + key.name;
    }
    return names;
  }
  // The kernel queues notices before the change returns, so none of this waits.
  static bool Readable(const DirectorySource& source) {
    pollfd entry{.fd = source.fd(), .events = POLLIN, .revents = 0};
    return poll(&entry, 1, 0) == 1;
  }

  fs::path root_;
};

TEST_F(DirectorySourceTest, ReadsManifestsBelowADirectory) {
  Write("b.yml", Service("b"));
  Write("sub/a.yaml", Service("a"));
  Write("c.json", R"({"apiVersion":"v1","kind":"Namespace","metadata":{"name":"c"}})");
  Write("README.md", "not: read");
  Write(".hidden/d.yaml", Service("d"));
  DirectorySource source({root_.string()}, "default");
  EXPECT_TRUE(Load(source).empty());
  EXPECT_EQ(Names(source), "c a b");
}

TEST_F(DirectorySourceTest, LaterFilesReplaceEarlierOnes) {
  Write("1.yaml", Service("web", 80));
  Write("2.yaml", Service("web", 81));
  DirectorySource source({root_.string()}, "default");
  const config::Problems problems = Load(source);
  ASSERT_EQ(problems.items().size(), 1u);
  EXPECT_EQ(source.store().Find(Kind::kService, "default", "web")->document.file(),
            (root_ / "2.yaml").string());
}

TEST_F(DirectorySourceTest, AMissingPathIsAnError) {
  DirectorySource source({(root_ / "none.yaml").string()}, "default");
  const config::Problems problems = Load(source);
  ASSERT_EQ(problems.items().size(), 1u) << problems;
  EXPECT_EQ(ToString(problems.items()[0]),
            (root_ / "none.yaml").string() + ": cannot be read: No such file or directory");
}

TEST_F(DirectorySourceTest, NoticesNewChangedAndRemovedFiles) {
  Write("a.yaml", Service("a"));
  DirectorySource source({root_.string()}, "default");
  Load(source);
  EXPECT_FALSE(Readable(source));

  Write("b.yaml", Service("b"));
  EXPECT_TRUE(Readable(source));
  EXPECT_TRUE(source.Poll());
  EXPECT_FALSE(source.Poll());
  Load(source);
  EXPECT_EQ(Names(source), "a b");

  Write("a.yaml", Service("c"));
  EXPECT_TRUE(source.Poll());
  Load(source);
  EXPECT_EQ(Names(source), "b c");

  fs::remove(root_ / "b.yaml");
  EXPECT_TRUE(source.Poll());
  Load(source);
  EXPECT_EQ(Names(source), "c");
}

TEST_F(DirectorySourceTest, NoticesFilesInNewDirectories) {
  DirectorySource source({root_.string()}, "default");
  Load(source);
  fs::create_directory(root_ / "sub");
  EXPECT_TRUE(source.Poll());
  Load(source);
  Write("sub/a.yaml", Service("a"));
  EXPECT_TRUE(source.Poll());
  Load(source);
  EXPECT_EQ(Names(source), "a");
}

TEST_F(DirectorySourceTest, AFileNamedAloneIgnoresItsNeighbours) {
  Write("a.yaml", Service("a"));
  DirectorySource source({(root_ / "a.yaml").string()}, "default");
  Load(source);
  Write("b.yaml", Service("b"));
  EXPECT_FALSE(source.Poll());
  // Editors write a new file and rename it over the old one.
  Write("a.tmp", Service("new"));
  fs::rename(root_ / "a.tmp", root_ / "a.yaml");
  EXPECT_TRUE(source.Poll());
  Load(source);
  EXPECT_EQ(Names(source), "new");
}

TEST_F(DirectorySourceTest, AFileThatStopsParsingKeepsItsObjects) {
  Write("a.yaml", Service("a") + Service("b"));
  DirectorySource source({root_.string()}, "default");
  Load(source);
  Write("a.yaml", Service("a") + "kind: [\n");
  EXPECT_TRUE(Load(source).has_errors());
  EXPECT_EQ(Names(source), "a b");
  // Still reported while it is broken, even though nothing changed since.
  EXPECT_TRUE(Load(source).has_errors());
  Write("a.yaml", Service("c"));
  EXPECT_TRUE(Load(source).empty());
  EXPECT_EQ(Names(source), "c");
}

TEST_F(DirectorySourceTest, AFileThatIsBrokenFromTheStartGivesItsGoodObjects) {
  Write("a.yaml", Service("a") + "kind: [\n");
  DirectorySource source({root_.string()}, "default");
  EXPECT_TRUE(Load(source).has_errors());
  EXPECT_EQ(Names(source), "a");
}

TEST_F(DirectorySourceTest, ARefusedObjectKeepsItsPreviousVersion) {
  Write("a.yaml", Service("a", 80) + Service("b", 80));
  DirectorySource source({root_.string()}, "default");
  Load(source);
  Write("a.yaml", Service("a", 0) + Service("b", 81));
  const config::Problems problems = Load(source);
  ASSERT_EQ(problems.items().size(), 1u) << problems;
  const auto port = [&](std::string_view name) {
    const Resource* resource = source.store().Find(Kind::kService, "default", name);
    return resource == nullptr ? std::string() : std::string(resource->document.text());
  };
  EXPECT_NE(port("a").find("port: 80"), std::string::npos);
  EXPECT_NE(port("b").find("port: 81"), std::string::npos);
}

TEST_F(DirectorySourceTest, AConfigMapMountSwapsItsData) {
  Write("..v1/a.yaml", Service("a"));
  Write("..v2/a.yaml", Service("b"));
  fs::create_symlink("..v1", root_ / "..data");
  fs::create_symlink("..data/a.yaml", root_ / "a.yaml");
  DirectorySource source({root_.string()}, "default");
  Load(source);
  EXPECT_EQ(Names(source), "a");
  fs::create_symlink("..v2", root_ / "..tmp");
  source.Poll();
  fs::rename(root_ / "..tmp", root_ / "..data");
  EXPECT_TRUE(source.Poll());
  Load(source);
  EXPECT_EQ(Names(source), "b");
}

}  // namespace
}  // namespace outrigger::control
