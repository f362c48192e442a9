/* Memory from C: blocks that are used wrongly, and an allocator that gives none. */
#include <Python.h>

static PyObject *overflow(PyObject *module, PyObject *unused)
{
    char *block = PyMem_Malloc(16);
    block[16] = 'x';
    PyMem_Free(block);
    Py_RETURN_NONE;
}

static PyObject *underflow(PyObject *module, PyObject *unused)
{
    char *block = PyObject_Malloc(40);
    block[-1] = 'x';
    PyObject_Realloc(block, 10);
    Py_RETURN_NONE;
}

static PyObject *misuse(PyObject *module, PyObject *unused)
{
    char *block = PyMem_Malloc(16);
    PyMem_RawFree(block);
    Py_RETURN_NONE;
}

static PyObject *without_gil(PyObject *module, PyObject *unused)
{
    Py_BEGIN_ALLOW_THREADS
    PyMem_Free(PyMem_Malloc(10));
    Py_END_ALLOW_THREADS
    Py_RETURN_NONE;
}

/* The bytes of a block that is made, grows and shrinks. */
static PyObject *moved(PyObject *module, PyObject *unused)
{
    char *block = PyMem_Malloc(200);
    for (int i = 0; i < 200; i++)
        block[i] = (char)i;
    block = PyMem_Realloc(block, 300);
    for (int i = 200; i < 300; i++)
        block[i] = (char)i;
    block = PyMem_Realloc(block, 100000);
    block = PyMem_Realloc(block, 150);
    PyObject *bytes = PyBytes_FromStringAndSize(block, 150);
    PyMem_Free(block);
    return bytes;
}

static PyMemAllocatorEx behind;
static Py_ssize_t left, asked;

static void *hooked_malloc(void *context, size_t size)
{
    asked++;
    return left-- > 0 ? behind.malloc(behind.ctx, size) : NULL;
}

static void *hooked_calloc(void *context, size_t count, size_t size)
{
    asked++;
    return left-- > 0 ? behind.calloc(behind.ctx, count, size) : NULL;
}

static void *hooked_realloc(void *context, void *block, size_t size)
{
    asked++;
    return left-- > 0 ? behind.realloc(behind.ctx, block, size) : NULL;
}

static void hooked_free(void *context, void *block)
{
    behind.free(behind.ctx, block);
}

/* From now on there is memory for so many blocks of objects. */
static PyObject *starve(PyObject *module, PyObject *count)
{
    PyMemAllocatorEx hooks = {NULL, hooked_malloc, hooked_calloc, hooked_realloc, hooked_free};
    left = PyLong_AsSsize_t(count);
    asked = 0;
    PyMem_GetAllocator(PYMEM_DOMAIN_OBJ, &behind);
    PyMem_SetAllocator(PYMEM_DOMAIN_OBJ, &hooks);
    Py_RETURN_NONE;
}

/* There is memory again; how many blocks were asked for meanwhile. */
static PyObject *feed(PyObject *module, PyObject *unused)
{
    PyMem_SetAllocator(PYMEM_DOMAIN_OBJ, &behind);
    return PyLong_FromSsize_t(asked);
}

static PyMethodDef methods[] = {
    {"overflow", overflow, METH_NOARGS, NULL},
    {"underflow", underflow, METH_NOARGS, NULL},
    {"misuse", misuse, METH_NOARGS, NULL},
    {"without_gil", without_gil, METH_NOARGS, NULL},
    {"moved", moved, METH_NOARGS, NULL},
    {"starve", starve, METH_O, NULL},
    {"feed", feed, METH_NOARGS, NULL},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, .m_name = "memory", .m_size = -1, .m_methods = methods,
};

PyMODINIT_FUNC PyInit_memory(void)
{
    return PyModule_Create(&definition);
}
