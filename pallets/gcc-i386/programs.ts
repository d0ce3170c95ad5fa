/** A C++ program, with what it prints. */

/** Takes pairs of a number and a name. Uses containers, algorithms, streams, exceptions and virtual functions. */
export const inventory = `
#include <algorithm>
#include <iostream>
#include <map>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

struct empty : std::runtime_error {
    empty(const std::string &name) : std::runtime_error("no " + name) {}
};

struct printer {
    virtual ~printer() {}
    virtual void print(const std::string &name, int count) = 0;
};

struct lines : printer {
    void print(const std::string &name, int count)
    {
        if (count == 0)
            throw empty(name);
        std::cout << count << ' ' << name << std::endl;
    }
};

template <typename T> T parse(const std::string &text)
{
    std::istringstream in(text);
    T value;
    in >> value;
    return value;
}

int main(int argc, char **argv)
{
    std::vector<std::string> words(argv + 1, argv + argc);
    std::map<std::string, int> counts;
    std::auto_ptr<printer> out(new lines);

    for (std::vector<std::string>::iterator i = words.begin(); i != words.end(); i += 2)
        counts[i[1]] = parse<int>(i[0]);
    std::reverse(words.begin(), words.end());
    std::cout << words.front() << '\\n';
    for (std::map<std::string, int>::iterator i = counts.begin(); i != counts.end(); ++i) {
        try {
            dynamic_cast<lines &>(*out).print(i->first, i->second);
        } catch (const std::exception &e) {
            std::cout << e.what() << '\\n';
        }
    }
    return 0;
}
`;

/** For `3 apples 1 pear 0 plums`. */
export const inventoried = ["plums", "3 apples", "1 pear", "no plums", ""].join("\n");
