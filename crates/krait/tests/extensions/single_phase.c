/* A module that its initialiser makes at once. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>

static PyObject *add(PyObject *module, PyObject *args)
{
    long left, right;
    if (!PyArg_ParseTuple(args, "ll:add", &left, &right))
        return NULL;
    return PyLong_FromLong(left + right);
}

static PyObject *joined(PyObject *module, PyObject *items)
{
    PyObject *separator = PyUnicode_FromString("-");
    if (separator == NULL)
        return NULL;
    PyObject *text = PyUnicode_Join(separator, items);
    Py_DECREF(separator);
    return text;
}

static PyMethodDef methods[] = {
    {"add", add, METH_VARARGS, "add($module, left, right, /)\n--\n\nThe sum."},
    {"joined", joined, METH_O, NULL},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, .m_name = "single_phase", .m_size = -1, .m_methods = methods,
};

PyMODINIT_FUNC PyInit_single_phase(void)
{
    PyObject *module = PyModule_Create(&definition);
    if (module != NULL && PyModule_AddIntConstant(module, "ANSWER", 42) < 0) {
        Py_DECREF(module);
        return NULL;
    }
    return module;
}
